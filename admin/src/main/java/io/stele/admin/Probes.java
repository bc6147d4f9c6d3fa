package io.stele.admin;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.Health;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What machines ask for: metrics as Prometheus scrapes them, and health as orchestrators want it, whose status alone says it.
 *
 * <p>Any thread.
 */
final class Probes {
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final ActorSystem system;

    Probes(ActorSystem system) {
        this.system = system;
    }

    static MeterRegistry newRegistry() {
        return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    }

    void addTo(Map<String, AdminServer.Endpoint> endpoints) {
        endpoints.put("/metrics", request -> metrics());
        endpoints.put("/health", request -> health());
        endpoints.put("/health/live", request -> {
            boolean live = system.health().live();
            return AdminServer.Answer.text(live ? 200 : 503, live ? "live\n" : "dead\n");
        });
        endpoints.put("/health/ready", request -> {
            boolean ready = system.health().ready();
            return AdminServer.Answer.text(ready ? 200 : 503, ready ? "ready\n" : "not ready\n");
        });
    }

    private AdminServer.Answer metrics() {
        MeterRegistry registry = system.meterRegistry();
        if (!(registry instanceof PrometheusMeterRegistry prometheus)) {
            throw new Refusal(
                    404,
                    "system counts nothing that Prometheus could read; open it with metrics(AdminServer.newRegistry())");
        }
        return new AdminServer.Answer(200, PROMETHEUS, prometheus.scrape());
    }

    private AdminServer.Answer health() {
        Health health = system.health();
        List<Map<String, Object>> reasons = health.reasons().stream()
                .map(reason -> {
                    Map<String, Object> tree = new LinkedHashMap<>();
                    tree.put("severity", reason.severity().name());
                    tree.put("code", reason.code());
                    tree.put("text", reason.text());
                    return tree;
                })
                .toList();
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("live", health.live());
        tree.put("ready", health.ready());
        tree.put("reasons", reasons);
        AdminServer.Answer all = AdminServer.Answer.json(tree);
        return new AdminServer.Answer(health.ready() ? 200 : 503, all.contentType(), all.text());
    }
}
