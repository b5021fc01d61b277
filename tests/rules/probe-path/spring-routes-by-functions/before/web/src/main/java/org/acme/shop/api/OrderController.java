package org.acme.shop.api;

import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/orders")
public class OrderController {

    @GetMapping
    public List<String> all() {
        return List.of();
    }

    @GetMapping("/{id}")
    public String one(@PathVariable String id) {
        return id;
    }

    @PostMapping(consumes = "application/json")
    public String add(@RequestBody String order) {
        return order;
    }
}
