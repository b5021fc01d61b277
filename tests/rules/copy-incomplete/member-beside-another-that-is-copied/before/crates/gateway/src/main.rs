fn main() { println!("{}", wire::VERSION); }
