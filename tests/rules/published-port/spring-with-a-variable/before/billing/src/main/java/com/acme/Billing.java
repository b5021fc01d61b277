package com.acme;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class Billing {
  public static void main(String[] a) { SpringApplication.run(Billing.class, a); }
}
