const PORT = process.env.PORT || 50051;
module.exports = PORT;
