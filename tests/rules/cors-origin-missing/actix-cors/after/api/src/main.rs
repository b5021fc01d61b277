use actix_cors::Cors;
use actix_web::{App, HttpServer};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        let pages = Cors::default()
            .allowed_origin("http://localhost:3000")
            .allowed_origin("http://localhost:8090")
            .allowed_methods(vec!["GET"]);
        App::new().wrap(pages)
    })
    .bind(("0.0.0.0", 8200))?
    .run()
    .await
}
