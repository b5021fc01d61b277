use actix::{Actor, StreamHandler};
use actix_web::{get, web, App, Error, HttpRequest, HttpResponse, HttpServer};
use actix_web_actors::ws;

struct Clatter;

impl Actor for Clatter {
    type Context = ws::WebsocketContext<Self>;
}

impl StreamHandler<Result<ws::Message, ws::ProtocolError>> for Clatter {
    fn handle(&mut self, _: Result<ws::Message, ws::ProtocolError>, ctx: &mut Self::Context) {
        ctx.text("clack");
    }
}

#[get("/clatter")]
async fn clatter(request: HttpRequest, stream: web::Payload) -> Result<HttpResponse, Error> {
    ws::start(Clatter {}, &request, stream)
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| App::new().service(clatter)).bind("0.0.0.0:8060")?.run().await
}
