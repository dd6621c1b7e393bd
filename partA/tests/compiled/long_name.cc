// What: long_name tried to write to address 0x0, which is NULL
// Where: Source::operator Name[a-zN_]+\.\.\. at .*
#define TEN(part) part##part##part##part##part##part##part##part##part##part
#define LONG TEN(Name_that_is_long_)

struct LONG {
  int number;
};

struct Source {
  int *volatile nothing = nullptr;
  __attribute__((noinline)) operator LONG() const {
    *nothing = 1;  // here
    return LONG();
  }
};

int main() {
  Source source;
  LONG converted = source;
  return converted.number;
}
