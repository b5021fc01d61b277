package org.acme.shop.stock;

import org.springframework.cloud.openfeign.FeignClient;
import org.springframework.web.bind.annotation.GetMapping;

@FeignClient(name = "stock", url = "http://stock:8080")
public interface StockClient {

    @GetMapping("/healthz")
    String health();
}
