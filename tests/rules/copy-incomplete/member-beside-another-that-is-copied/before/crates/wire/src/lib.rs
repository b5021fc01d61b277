pub const VERSION: u8 = 1;
