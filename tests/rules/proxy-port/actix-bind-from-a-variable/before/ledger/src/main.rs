use actix_web::{get, App, HttpServer, Responder};

#[get("/v1/entries")]
async fn entries() -> impl Responder { "[]" }

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let bind = std::env::var("BIND").unwrap_or_else(|_| "127.0.0.1:7000".into());
    HttpServer::new(|| App::new().service(entries)).bind(bind)?.run().await
}
