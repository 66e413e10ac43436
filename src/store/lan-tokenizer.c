/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-tokenizer.h"

#include "lan-text-words.h"

typedef int (*TakeToken) (void *, int, const char *, int, int, int);

static int
create (void *context, const char **args, int n_args, Fts5Tokenizer **tokenizer)
{
  static int nothing;

  *tokenizer = (Fts5Tokenizer *) (void *) &nothing;
  return SQLITE_OK;
}

static void
destroy (Fts5Tokenizer *tokenizer)
{
}

static int
split_at_spaces (const char *text, int len, void *context, TakeToken take)
{
  int rc = SQLITE_OK;

  for (int at = 0; at < len && rc == SQLITE_OK;) {
    int end = at;

    while (end < len && text[end] != ' ')
      end++;
    if (end > at)
      rc = take (context, 0, text + at, end - at, at, end);
    at = end + 1;
  }
  return rc;
}

static int
tokenize (Fts5Tokenizer *tokenizer, void *context, int flags, const char *text, int len,
          TakeToken take)
{
  LanWords words;
  int rc = SQLITE_OK;

  if (text == NULL || len <= 0)
    return SQLITE_OK;
  if ((flags & FTS5_TOKENIZE_QUERY) != 0 || text[0] == LAN_TAG)
    return split_at_spaces (text, len, context, take);
  lan_words_init (&words, text, len);
  while (rc == SQLITE_OK && lan_words_next (&words))
    rc = take (context, 0, words.word, (int) words.len, (int) words.start, (int) words.end);
  return rc;
}

/* FTS5 hands out its functions through a query. */
static fts5_api *
find_api (sqlite3 *handle)
{
  sqlite3_stmt *statement = NULL;
  fts5_api *api = NULL;

  if (sqlite3_prepare_v2 (handle, "SELECT fts5 (?1)", -1, &statement, NULL) == SQLITE_OK) {
    (void) sqlite3_bind_pointer (statement, 1, (void *) &api, "fts5_api_ptr", NULL);
    (void) sqlite3_step (statement);
  }
  sqlite3_finalize (statement);
  return api;
}

int
lan_tokenizer_register (sqlite3 *handle)
{
  fts5_tokenizer tokenizer = { create, destroy, tokenize };
  fts5_api *api = find_api (handle);

  if (api == NULL)
    return SQLITE_ERROR;
  return api->xCreateTokenizer (api, "lanyard", NULL, &tokenizer, NULL);
}
