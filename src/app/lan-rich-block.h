/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Building the blocks of a LanRich piece by piece. What is too much is noted, never refused: whoever
 * builds looks at the end and shows the text as typed instead.
 */
#pragma once

#include "lan-rich.h"

G_BEGIN_DECLS

typedef struct {
  LanRich *rich;
  const char *const *names;
  LanRichKind kind;  /* of the block that is being built */
  GString *text;     /* its text so far */
  GArray *spans;     /* its spans so far */
  guint all_spans;   /* of all blocks */
  gboolean strikes;  /* whether pairs of tildes strike what is between them */
  gboolean overflow; /* more spans than there may be */
} LanRichBuilder;

void lan_rich_builder_init (LanRichBuilder *self, const char *const *names);

/** Adds the look of what was written since @start. */
void lan_rich_builder_span (LanRichBuilder *self, gsize start, LanRichLook look, guint link);

/** Returns: the number of the link to @uri, or -1 when there are too many or it is not allowed. */
int lan_rich_builder_link (LanRichBuilder *self, const char *uri);

/** Adds @text, in which addresses and names are looked for. */
void lan_rich_builder_prose (LanRichBuilder *self, const char *text);

/** Ends the block; one without text is dropped, but for code. What follows is of @next kind. */
void lan_rich_builder_flush (LanRichBuilder *self, LanRichKind next);

/** Returns: (transfer full): what was built; the builder is empty then. */
LanRich *lan_rich_builder_end (LanRichBuilder *self);

G_END_DECLS
