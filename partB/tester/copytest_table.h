/* copytest's table: what each phase took by each method, as medians. */
#ifndef COPYTEST_TABLE_H
#define COPYTEST_TABLE_H

#include <stdio.h>

#include "copytest_run.h"

struct table {
  size_t chunks, writes;
  int methods;
  size_t runs;
  const struct outcome *outcomes;
};

void table_print(FILE *stream, const struct table *table);

#endif
