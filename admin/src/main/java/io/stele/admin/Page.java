package io.stele.admin;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The files of the page, out of the class path; only those that are listed here. Any thread. */
final class Page {
    private static final String CHARTS = "/META-INF/resources/webjars/uplot/1.6.30/dist/";
    private static final String OWN = "/io/stele/admin/page/";

    private static final Map<String, String> FILES = Map.of(
            "/", OWN + "index.html",
            "/app.css", OWN + "app.css",
            "/app.js", OWN + "app.js",
            "/views.js", OWN + "views.js",
            "/actor.js", OWN + "actor.js",
            "/icon.svg", OWN + "icon.svg",
            "/uplot.js", CHARTS + "uPlot.iife.min.js",
            "/uplot.css", CHARTS + "uPlot.min.css");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    private final Map<String, byte[]> read = new ConcurrentHashMap<>();

    void serve(Request request) throws IOException {
        String file = FILES.get(request.path);
        if (file == null) {
            throw Refusal.notFound("there is nothing here: path=" + request.path);
        }
        byte[] bytes = read.get(file);
        if (bytes == null) {
            bytes = read(file);
            read.put(file, bytes);
        }
        String type = TYPES.get(file.substring(file.lastIndexOf('.') + 1));
        assert type != null : "every listed file has a type";
        AdminServer.send(request.exchange, 200, type, bytes);
    }

    private static byte[] read(String file) throws IOException {
        try (InputStream in = Page.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IOException("file of the page is not in the jar: file=" + file);
            }
            return in.readAllBytes();
        }
    }
}
