export class Tides {}
