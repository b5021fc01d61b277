use actix_web::{get, web, HttpResponse, Responder};

#[get("/")]
pub async fn index() -> impl Responder {
    "orders"
}

#[get("/ping")]
async fn ping() -> impl Responder {
    HttpResponse::Ok()
}

async fn orders() -> impl Responder {
    "[]"
}

pub fn add(cfg: &mut web::ServiceConfig) {
    cfg.service(ping)
        .service(web::resource("/orders").route(web::get().to(orders)))
        .route("/orders/{id}", web::get().to(orders));
}
