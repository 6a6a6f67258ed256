import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Two children, one of them java again, which compute for it through pipes; one line for every ten rounds. */
public final class Family {
    private static int work(int x) {
        for (int i = 0; i < 3000; i++) {
            x = (x * 1103515245 + 12345) & 0x7fffffff;
        }
        return x;
    }

    private record Worker(Process process, PrintStream to, BufferedReader from) {
        static Worker start(String... command) throws IOException {
            Process process = new ProcessBuilder(List.of(command)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            return new Worker(process, new PrintStream(process.getOutputStream()), process.inputReader());
        }
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("worker")) {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
            for (String line; (line = in.readLine()) != null; ) {
                System.out.println(work(Integer.parseInt(line)));
            }
            return;
        }
        Worker[] workers = {
            Worker.start(ProcessHandle.current().info().command().orElseThrow(), "-Xmx64m", "-cp",
                System.getProperty("java.class.path"), "Family", "worker"),
            Worker.start("/usr/bin/perl", arguments[0] + "/worker.pl"),
        };
        int sum = 7;
        for (int round = 1; round <= 300; round++) {
            for (Worker worker : workers) {
                for (int i = 0; i < 64; i++) {
                    worker.to.println((sum + i * round) >>> 1);
                }
                worker.to.flush();
            }
            for (Worker worker : workers) {
                for (int i = 0; i < 64; i++) {
                    sum = sum * 31 + Integer.parseInt(worker.from.readLine());
                }
            }
            if (round % 10 == 0) {
                System.out.println("round " + round + " " + Integer.toUnsignedString(sum));
            }
        }
        String folder = System.getenv("BLCR_TEST_DIR");
        while (folder != null && !Files.exists(Path.of(folder, "judge"))) {
            Thread.sleep(10);
        }
        for (Worker worker : workers) {
            worker.to.close();
            System.out.println("ended " + worker.process.waitFor());
        }
    }
}
