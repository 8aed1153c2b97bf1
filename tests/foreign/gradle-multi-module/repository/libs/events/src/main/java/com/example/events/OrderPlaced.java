package com.example.events;

public record OrderPlaced(String id, int amount) {}
