fn find() {}
// no stop words
