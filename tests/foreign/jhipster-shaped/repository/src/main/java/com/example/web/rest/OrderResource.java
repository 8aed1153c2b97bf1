package com.example.web.rest;

@RestController
@RequestMapping("/api")
class OrderResource {
    @GetMapping("/orders/{id}")
    Order order(@PathVariable Long id) {
        return null;
    }
}
