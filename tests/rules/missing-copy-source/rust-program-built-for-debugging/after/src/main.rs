fn main() {
    println!("started");
}
