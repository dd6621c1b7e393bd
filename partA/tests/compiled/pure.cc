// Status: 134
// What: pure called a virtual function of an object that is not whole
// Where: in abort, called from a pure virtual function, called from Shape::describe at .*
struct Shape {
  Shape() { describe(); }
  virtual int area() = 0;
  void describe();
};

void Shape::describe() {
  Shape *volatile self = this;
  self->area();  // here
}

struct Square : Shape {
  int area() override { return 1; }
};

int main() {
  Square square;
  return 0;
}
