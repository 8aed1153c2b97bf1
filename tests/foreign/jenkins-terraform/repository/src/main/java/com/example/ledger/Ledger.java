package com.example.ledger;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;

public final class Ledger {
    public static void main(String[] args) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(8080), 0);
        server.createContext("/health", exchange -> exchange.sendResponseHeaders(200, -1));
        server.createContext("/payments", exchange -> exchange.sendResponseHeaders(204, -1));
        server.start();
    }
}
