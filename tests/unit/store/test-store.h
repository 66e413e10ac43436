/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The parts of this binary; each adds its tests. */
#pragma once

void add_backup_tests (void);
void add_folded_tests (void);
void add_keep_tests (void);
void add_seal_tests (void);
void add_vfs_tests (void);
void add_operations_tests (void);
void add_rows_tests (void);
void add_trouble_tests (void);
void add_search_tests (void);
