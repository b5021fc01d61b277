use futures_util::{FutureExt, StreamExt};
use warp::Filter;

#[tokio::main]
async fn main() {
    let song = warp::path("song")
        .and(warp::path::end())
        .and(warp::ws())
        .map(|ws: warp::ws::Ws| ws.on_upgrade(|socket| {
            let (tx, rx) = socket.split();
            rx.forward(tx).map(|_| ())
        }));
    let nest = warp::path("nest").map(|| "moss");

    warp::serve(song.or(nest)).run(([0, 0, 0, 0], 3030)).await;
}
