package io.stele.tools;

import java.io.IOException;
import java.io.OutputStream;

/** Standard output that says so when nobody reads it any more. Confined to one thread at a time. */
final class PipeOutput extends OutputStream {
    private final OutputStream target;
    private boolean broken;

    PipeOutput(OutputStream target) {
        this.target = target;
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] source, int from, int count) {
        if (broken) {
            return;
        }
        try {
            target.write(source, from, count);
        } catch (IOException e) {
            broken = true;
            throw new BrokenPipeException(e);
        }
    }

    @Override
    public void flush() {
        if (broken) {
            return;
        }
        try {
            target.flush();
        } catch (IOException e) {
            broken = true;
            throw new BrokenPipeException(e);
        }
    }
}
