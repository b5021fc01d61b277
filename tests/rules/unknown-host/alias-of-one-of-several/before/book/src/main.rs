fn main() {
    println!("taking orders from the queue");
}
