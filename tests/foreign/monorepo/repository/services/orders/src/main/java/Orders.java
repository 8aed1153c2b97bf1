class Orders {
    static final String PATH = "/orders";
}
