// What: conversion tried to write to address 0x0, which is NULL
// Where: Json::operator std::map at .*
#include <map>
#include <string>
#include <vector>

struct Json {
  using Table = std::map<std::string, std::vector<std::pair<std::string, std::string>>>;
  int *volatile nothing = nullptr;
  __attribute__((noinline)) operator Table() const {
    *nothing = 1;  // here
    return Table();
  }
};

int main() {
  Json json;
  Json::Table table = json;
  return (int)table.size();
}
