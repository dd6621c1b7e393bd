/* A program that nobody wrote for lazycopy: Lua, with its whole heap in one block of chunks.
 * A script changes its tables, strings and closures in 400 steps; each is taken back, done
 * again, and compared with a second interpreter whose heap is malloc's and which does each
 * step once. The state must come back at its own addresses, or nothing works. */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lazycopy.h"

enum { CHUNKS = 256, STEPS = 400, CLASSES = 28, LEAST = 4 };

/* At the start of the block: what is free, by powers of two, and where the rest begins. */
struct heap {
  struct piece {
    struct piece *next;
  } * free[CLASSES];
  char *rest, *end;
};

static int class_of(size_t size) {
  int class = LEAST;
  while ((size_t)1 << class < size) class ++;
  return class;
}

/* lua_Alloc */
static void *allocate(void *block, void *old, size_t old_size, size_t size) {
  struct heap *heap = block;
  int class = class_of(size), old_class = class_of(old_size);
  struct piece *piece = NULL;
  if (old && size > 0 && class == old_class) return old;
  if (size > 0 && heap->free[class]) {
    piece = heap->free[class];
    heap->free[class] = piece->next;
  } else if (size > 0) {
    if (heap->end - heap->rest < 1 << class) return NULL;
    piece = (struct piece *)heap->rest;
    heap->rest += 1 << class;
  }
  if (old && piece) memcpy(piece, old, old_size < size ? old_size : size);
  if (old) {
    ((struct piece *)old)->next = heap->free[old_class];
    heap->free[old_class] = old;
  }
  return piece;
}

static const char script[] =
    "local words, calls, seed = {}, {}, 1\n"
    "local function dice(n) seed = (seed * 1103515245 + 12345) % 2147483648; return seed // 65536 % n + 1 "
    "end\n"
    "function step(i)\n"
    "  for j = 1, 50 do\n"
    "    local key = 'k' .. dice(500)\n"
    "    words[key] = (words[key] or '') .. i .. ','\n"
    "    if #words[key] > 60 then words[key] = nil end\n"
    "    calls[dice(40)] = function() return key .. i end\n"
    "  end\n"
    "  if i % 7 == 0 then collectgarbage() end\n"
    "end\n"
    "function state()\n"
    "  local keys, out = {}, {}\n"
    "  for key in pairs(words) do keys[#keys + 1] = key end\n"
    "  table.sort(keys)\n"
    "  for _, key in ipairs(keys) do out[#out + 1] = key .. '=' .. words[key] end\n"
    "  for i = 1, 40 do out[#out + 1] = calls[i] and calls[i]() or '-' end\n"
    "  return table.concat(out, ' ')\n"
    "end\n";

static void call_step(lua_State *lua, int number) {
  lua_getglobal(lua, "step");
  lua_pushinteger(lua, number);
  lua_call(lua, 1, 0);
}

/* Does the interpreter say the same of its state as the other one? */
static bool agree(lua_State *lua, lua_State *other) {
  lua_getglobal(lua, "state");
  lua_call(lua, 0, 1);
  lua_getglobal(other, "state");
  lua_call(other, 0, 1);
  bool same = strcmp(lua_tostring(lua, -1), lua_tostring(other, -1)) == 0;
  lua_pop(lua, 1);
  lua_pop(other, 1);
  return same;
}

static void open_script(lua_State *lua) {
  if (!lua) exit(2);
  luaL_openlibs(lua);
  if (luaL_dostring(lua, script) != LUA_OK) {
    fprintf(stderr, "%s\n", lua_tostring(lua, -1));
    exit(2);
  }
}

int main(void) {
  struct heap *heap = chunks_alloc(CHUNKS);
  if (!heap) return 2;
  heap->rest = (char *)heap + (sizeof *heap + 15) / 16 * 16;
  heap->end = (char *)heap + CHUNKS * CHUNKSIZE;
  lua_State *lua = lua_newstate(allocate, heap), *other = luaL_newstate();
  open_script(lua);
  open_script(other);
  int wrong = 0;
  for (int i = 1; i <= STEPS; i++) {
    void *snapshot = chunks_snapshot(heap, CHUNKS);
    if (!snapshot) return 2;
    call_step(lua, -i); /* another step than the right one */
    if (chunks_restore(heap, snapshot, CHUNKS) != 0) return 2;
    wrong += !agree(lua, other);
    call_step(lua, i);
    call_step(other, i);
    wrong += !agree(lua, other);
    chunks_free(snapshot, CHUNKS);
  }
  printf("Lua %s: %d steps taken back, %d times wrong\n", LUA_VERSION_MAJOR "." LUA_VERSION_MINOR, STEPS,
         wrong);
  return wrong > 0;
}
