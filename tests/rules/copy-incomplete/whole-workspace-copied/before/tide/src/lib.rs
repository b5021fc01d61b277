pub fn tide() {}
