import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A pool of threads that hash and make garbage under the JIT and the collector; one line for each round. */
public final class Chain {
    private static String work(int index, int round) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] link = {(byte) index, (byte) round};
        List<byte[]> kept = new ArrayList<>();
        for (int i = 0; i < 20000; i++) {
            link = digest.digest(link);
            kept.add(link.clone());
        }
        long sum = 0;
        for (byte[] each : kept) {
            for (byte part : each) {
                sum = sum * 31 + part;
            }
        }
        return HexFormat.of().formatHex(link, 0, 4) + Long.toHexString(sum);
    }

    public static void main(String[] arguments) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        for (int round = 1; round <= 130; round++) {
            List<Callable<String>> tasks = new ArrayList<>();
            for (int index = 0; index < 8; index++) {
                int task = index, now = round;
                tasks.add(() -> work(task, now));
            }
            StringBuilder line = new StringBuilder("round " + round);
            for (Future<String> answer : pool.invokeAll(tasks)) {
                line.append(' ').append(answer.get());
            }
            System.out.println(line);
        }
        pool.shutdown();
    }
}
