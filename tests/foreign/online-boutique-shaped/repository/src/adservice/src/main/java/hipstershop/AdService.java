package hipstershop;

public final class AdService {
    private static final int PORT = Integer.parseInt(System.getenv().getOrDefault("PORT", "9555"));
}
