package io.stele.spi;

/** The machine's own clocks. The one place that reads them. */
enum SystemClock implements Clock {
    INSTANCE;

    @Override
    public long epochMs() {
        return System.currentTimeMillis();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }
}
