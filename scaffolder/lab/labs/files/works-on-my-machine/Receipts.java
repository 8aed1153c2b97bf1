import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Answers /readyz, and /receipt with a stamp, on PORT of this machine. */
public class Receipts {
    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(System.getenv("PORT"));
        ServerSocket server = new ServerSocket(port, 50, InetAddress.getByName("127.0.0.1"));
        while (true) {
            try (Socket client = server.accept()) {
                answer(client);
            }
        }
    }

    static void answer(Socket client) throws Exception {
        BufferedReader reader = new BufferedReader(new InputStreamReader(client.getInputStream()));
        String line = reader.readLine();
        String path = line == null ? "" : line.split(" ")[1];
        String status = "200 OK";
        String text = "ready";
        if (path.equals("/receipt")) {
            try {
                text = stamp("one coffee");
            } catch (Throwable problem) {
                status = "500 Internal Server Error";
                text = problem.toString();
            }
        }
        String head = "HTTP/1.1 " + status + "\r\nContent-Length: " + text.length() + "\r\nConnection: close\r\n\r\n";
        OutputStream stream = client.getOutputStream();
        stream.write((head + text).getBytes("US-ASCII"));
        stream.flush();
    }

    static String stamp(String text) throws Exception {
        return javax.xml.bind.DatatypeConverter.printBase64Binary(text.getBytes("UTF-8"));
    }
}
