fn book() {}
