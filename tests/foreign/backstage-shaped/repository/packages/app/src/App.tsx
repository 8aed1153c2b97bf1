export const routes = ['/catalog', '/docs'];
