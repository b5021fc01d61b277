mod routes;

use actix_web::{web, App, HttpServer};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .service(web::scope("/v1").configure(routes::add))
            .service(routes::index)
    })
    .bind(("0.0.0.0", 3000))?
    .run()
    .await
}
