use actix_web::{web, App, Error, HttpRequest, HttpResponse, HttpServer};

async fn nest() -> HttpResponse {
    HttpResponse::Ok().body("sticks")
}

async fn clatter(request: HttpRequest, body: web::Payload) -> Result<HttpResponse, Error> {
    let (response, mut session, _stream) = actix_ws::handle(&request, body)?;
    actix_web::rt::spawn(async move { session.text("clack").await });
    Ok(response)
}

fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::scope("/storks")
            .route("/nest", web::get().to(nest))
            .service(web::resource("/clatter").route(web::get().to(clatter))),
    );
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| App::new().configure(routes)).bind(("0.0.0.0", 8060))?.run().await
}
