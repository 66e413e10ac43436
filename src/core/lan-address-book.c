/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-address-book.h"

#include <string.h>

typedef struct {
  char *text; /* "address port" */
  gboolean is_seen;
  guint64 worked; /* when it last did, by count; 0 never */
  guint64 told;   /* when it was last heard of, by count */
} Entry;

struct _LanAddressBook {
  guint max;
  guint64 count;
  GPtrArray *entries;
};

static void
entry_free (Entry *entry)
{
  g_free (entry->text);
  g_free (entry);
}

LanAddressBook *
lan_address_book_new (guint max)
{
  LanAddressBook *book = g_new0 (LanAddressBook, 1);

  book->max = max;
  book->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  return book;
}

void
lan_address_book_free (LanAddressBook *book)
{
  if (book == NULL)
    return;
  g_ptr_array_unref (book->entries);
  g_free (book);
}

static int
by_rank (gconstpointer pa, gconstpointer pb)
{
  const Entry *a = *(Entry *const *) pa, *b = *(Entry *const *) pb;

  if (a->worked != b->worked)
    return a->worked > b->worked ? -1 : 1;
  if (a->is_seen != b->is_seen)
    return a->is_seen ? -1 : 1;
  return a->told > b->told ? -1 : a->told < b->told;
}

static Entry *
find (LanAddressBook *book, const char *address, guint16 port, gboolean make, gboolean *is_new)
{
  g_autofree char *text = g_strdup_printf ("%s %u", address, port);
  Entry *entry;

  if (is_new != NULL)
    *is_new = FALSE;
  for (guint i = 0; i < book->entries->len; i++) {
    entry = g_ptr_array_index (book->entries, i);
    if (strcmp (entry->text, text) == 0)
      return entry;
  }
  if (!make)
    return NULL;
  if (book->entries->len >= book->max) {
    g_ptr_array_sort (book->entries, by_rank);
    g_ptr_array_set_size (book->entries, (int) book->max - 1);
  }
  entry = g_new0 (Entry, 1);
  entry->text = g_steal_pointer (&text);
  g_ptr_array_add (book->entries, entry);
  if (is_new != NULL)
    *is_new = TRUE;
  return entry;
}

gboolean
lan_address_book_add (LanAddressBook *book, const char *address, guint16 port, gboolean is_seen)
{
  gboolean is_new;
  Entry *entry = find (book, address, port, TRUE, &is_new);
  gboolean is_news = is_seen && !entry->is_seen;

  entry->is_seen |= is_seen;
  entry->told = ++book->count;
  return is_news || is_new;
}

void
lan_address_book_lose (LanAddressBook *book, const char *address, guint16 port)
{
  Entry *entry = find (book, address, port, FALSE, NULL);

  if (entry != NULL)
    entry->is_seen = FALSE;
}

void
lan_address_book_worked (LanAddressBook *book, const char *address, guint16 port)
{
  find (book, address, port, TRUE, NULL)->worked = ++book->count;
}

guint
lan_address_book_count (const LanAddressBook *book)
{
  return book->entries->len;
}

GPtrArray *
lan_address_book_list (LanAddressBook *book)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_sort (book->entries, by_rank);
  for (guint i = 0; i < book->entries->len; i++)
    g_ptr_array_add (list, g_strdup (((Entry *) g_ptr_array_index (book->entries, i))->text));
  return list;
}
