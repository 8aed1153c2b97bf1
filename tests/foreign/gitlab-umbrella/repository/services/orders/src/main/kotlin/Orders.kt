package com.example.orders

import jakarta.ws.rs.GET
import jakarta.ws.rs.Path

@Path("/orders")
class Orders {
    @GET
    fun all(): List<String> = listOf()
}
