// SPDX-License-Identifier: GPL-2.0-only
/*
 * Make the kernel free page-table pages of its own, and watch what happens
 *
 * Files in debugfs, for tools/testing/selftests/iommu_kva:
 *
 * bonds: how many bonds this module pretends to be, as if it were an IOMMU
 *	driver with that many PASIDs in use. May be written.
 * run: write what shall free pages:
 *	pmd	ioremap() maps 2 MiB at once where there were small pages: one page
 *	pud	the same with 1 GiB: 513 pages
 *	remove	remove memory: the page tables of its mapping and memory map
 *	then read what became of them:
 *	pages=	that were watched
 *	freed=	of these, that were given back
 *	told=	of these, for which all our bonds were told after the page was
 *		unlinked and before it was given back
 *	bonds=	that were told at all
 *	ns=	time that it took to replace the mapping or remove the memory
 *	and a line with the frame number of each page.
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/iommu-kva.h>
#include <linux/ioport.h>
#include <linux/ktime.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pgtable.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#define MAX_BONDS	4096
#define MAX_PAGES	(PTRS_PER_PMD + 1)
#define MAX_MISSES	16
#define MAX_TRIES	100
#define REMOVE_SIZE	BIT(SECTION_SIZE_BITS)

struct test_bond {
	struct iommu_kva_bond kva;
	bool told;
};

/* A page-table page that is about to be freed; we hold a reference. */
struct watch {
	struct page *page;
	unsigned long pfn;
	unsigned long va;	/* an address that it helps to map */
	bool told;
	bool freed;
};

static struct dentry *test_dir;
static struct resource *test_res;

/* Serializes all that is written to our files. */
static DEFINE_MUTEX(test_mutex);

/* Protects the watched pages and what the bonds note. */
static DEFINE_SPINLOCK(watch_lock);
static struct watch watches[MAX_PAGES];
static unsigned int nr_watches;
static struct test_bond *bonds;
static unsigned int nr_bonds, nr_bonds_told;
static u64 run_ns;

/* Our own reference is all that is left of a page that was freed. */
static bool is_freed(const struct watch *w)
{
	return page_count(w->page) == 1;
}

/* Find the page-table page below @level that maps @va, in the CPU's own table. */
static struct page *find_table(unsigned long va, enum pg_level level)
{
	pgd_t *pgd = pgd_offset_pgd((pgd_t *)__va(read_cr3_pa()), va);
	p4d_t *p4d;
	pud_t *pud;
	pmd_t *pmd;

	if (pgd_none(*pgd))
		return NULL;
	p4d = p4d_offset(pgd, va);
	if (p4d_none(*p4d))
		return NULL;
	pud = pud_offset(p4d, va);
	if (pud_none(*pud) || pud_large(*pud))
		return NULL;
	if (level == PG_LEVEL_1G)
		return pud_page(*pud);
	pmd = pmd_offset(pud, va);
	if (pmd_none(*pmd) || pmd_large(*pmd))
		return NULL;

	return pmd_page(*pmd);
}

static bool is_linked(const struct watch *w)
{
	return find_table(w->va, PG_LEVEL_1G) == w->page ||
	       find_table(w->va, PG_LEVEL_2M) == w->page;
}

static void watch_table(unsigned long va, enum pg_level level)
{
	struct page *page = find_table(va, level);
	struct watch *w;

	/* A page from boot memory is given back by other rules. */
	if (!page || PageReserved(page) || nr_watches == MAX_PAGES)
		return;

	get_page(page);
	spin_lock(&watch_lock);
	w = &watches[nr_watches++];
	*w = (struct watch){
		.page = page, .pfn = page_to_pfn(page), .va = va,
	};
	spin_unlock(&watch_lock);
}

/* All bonds before this one have been told in the same round. */
static void last_bond_told(void)
{
	unsigned int i;

	for (i = 0; i < nr_watches; i++) {
		struct watch *w = &watches[i];

		if (w->page && !is_linked(w) && !is_freed(w))
			w->told = true;
	}
}

static void test_bond_invalidate(struct iommu_kva_bond *kva)
{
	struct test_bond *bond = container_of(kva, struct test_bond, kva);

	spin_lock(&watch_lock);
	if (!bond->told) {
		bond->told = true;
		nr_bonds_told++;
	}
	if (bond == &bonds[nr_bonds - 1])
		last_bond_told();
	spin_unlock(&watch_lock);
}

static void del_bonds(void)
{
	unsigned int i;

	for (i = 0; i < nr_bonds; i++)
		iommu_kva_del_bond(&bonds[i].kva);

	kvfree(bonds);
	bonds = NULL;
	nr_bonds = 0;
}

static int set_bonds(unsigned int nr)
{
	struct test_bond *new = NULL;
	unsigned int i;

	if (nr > MAX_BONDS)
		return -EINVAL;

	if (nr) {
		new = kvcalloc(nr, sizeof(*new), GFP_KERNEL);
		if (!new)
			return -ENOMEM;
	}

	del_bonds();
	bonds = new;
	nr_bonds = nr;
	for (i = 0; i < nr; i++) {
		bonds[i].kva.pasid = i;
		bonds[i].kva.invalidate = test_bond_invalidate;
		iommu_kva_add_bond(&bonds[i].kva);
	}

	return 0;
}

static void forget_watches(void)
{
	unsigned int i;

	spin_lock(&watch_lock);
	for (i = 0; i < nr_watches; i++)
		if (watches[i].page)
			put_page(watches[i].page);
	nr_watches = 0;
	spin_unlock(&watch_lock);
}

/*
 * Map small pages, unmap them, which leaves their page tables, and map a large
 * page at the same place. Returns -EAGAIN if someone else took that place.
 */
static int remap(unsigned long size, enum pg_level level)
{
	void __iomem *misses[MAX_MISSES], *small, *large;
	phys_addr_t phys = test_res->start;
	unsigned int n = 0;
	unsigned long va;
	ktime_t start;
	int rc = 0;

	/* One page off, so that it cannot be mapped by a large one. */
	small = ioremap(phys + PAGE_SIZE, size);
	if (!small)
		return -ENOMEM;

	if (level == PG_LEVEL_1G)
		watch_table((unsigned long)small, PG_LEVEL_1G);
	for (va = (unsigned long)small; va < (unsigned long)small + size;
	     va += PMD_SIZE)
		watch_table(va, PG_LEVEL_2M);

	iounmap(small);
	/* Make its range of addresses available again. */
	vm_unmap_aliases();

	/* The lowest range that fits is taken, so few attempts are enough. */
	do {
		start = ktime_get();
		large = ioremap(phys, size);
		run_ns = ktime_to_ns(ktime_sub(ktime_get(), start));
		if (!large) {
			rc = -ENOMEM;
			break;
		}
		misses[n++] = large;
	} while (large != small && n < MAX_MISSES);

	if (!rc && large != small)
		rc = -EAGAIN;
	while (n)
		iounmap(misses[--n]);

	return rc;
}

static int run_remap(unsigned long size, enum pg_level level)
{
	unsigned int tries = MAX_TRIES;
	int rc;

	if (level == PG_LEVEL_1G && !boot_cpu_has(X86_FEATURE_GBPAGES))
		return -EOPNOTSUPP;

	do {
		forget_watches();
		vm_unmap_aliases();
		rc = remap(size, level);
	} while (rc == -EAGAIN && --tries);

	return rc;
}

static int run_remove(void)
{
#ifdef CONFIG_ZONE_DEVICE
	struct dev_pagemap pgmap = {
		.type = MEMORY_DEVICE_GENERIC,
		.range = {
			.start = test_res->start,
			.end = test_res->start + REMOVE_SIZE - 1,
		},
		.nr_range = 1,
	};
	unsigned long va;
	ktime_t start;
	void *addr;

	addr = memremap_pages(&pgmap, NUMA_NO_NODE);
	if (IS_ERR(addr))
		return PTR_ERR(addr);

	watch_table((unsigned long)addr, PG_LEVEL_1G);
	watch_table((unsigned long)addr, PG_LEVEL_2M);
	va = (unsigned long)pfn_to_page(PHYS_PFN(test_res->start));
	watch_table(va, PG_LEVEL_1G);
	watch_table(va, PG_LEVEL_2M);

	start = ktime_get();
	memunmap_pages(&pgmap);
	run_ns = ktime_to_ns(ktime_sub(ktime_get(), start));

	return 0;
#else
	return -EOPNOTSUPP;
#endif
}

/* Wait for the pages to be given back, then give up our references. */
static void finish_watches(void)
{
	unsigned int i, left, tries = 500;

	do {
		left = 0;
		spin_lock(&watch_lock);
		for (i = 0; i < nr_watches; i++) {
			watches[i].freed = is_freed(&watches[i]);
			left += !watches[i].freed;
		}
		spin_unlock(&watch_lock);
		if (left)
			fsleep(10 * USEC_PER_MSEC);
	} while (left && --tries);

	spin_lock(&watch_lock);
	for (i = 0; i < nr_watches; i++) {
		put_page(watches[i].page);
		watches[i].page = NULL;
	}
	spin_unlock(&watch_lock);
}

static int run(const char *how)
{
	unsigned int i;
	int rc;

	forget_watches();
	spin_lock(&watch_lock);
	nr_bonds_told = 0;
	for (i = 0; i < nr_bonds; i++)
		bonds[i].told = false;
	spin_unlock(&watch_lock);

	if (!strcmp(how, "pmd"))
		rc = run_remap(PMD_SIZE, PG_LEVEL_2M);
	else if (!strcmp(how, "pud"))
		rc = run_remap(PUD_SIZE, PG_LEVEL_1G);
	else if (!strcmp(how, "remove"))
		rc = run_remove();
	else
		return -EINVAL;

	if (rc)
		forget_watches();
	else
		finish_watches();

	return rc;
}

static int run_show(struct seq_file *m, void *unused)
{
	unsigned int i, told = 0, freed = 0;

	mutex_lock(&test_mutex);
	spin_lock(&watch_lock);
	for (i = 0; i < nr_watches; i++) {
		told += watches[i].told;
		freed += watches[i].freed;
	}
	seq_printf(m, "pages=%u freed=%u told=%u bonds=%u ns=%llu\n",
		   nr_watches, freed, told, nr_bonds_told, run_ns);
	for (i = 0; i < nr_watches; i++)
		seq_printf(m, "pfn=0x%lx\n", watches[i].pfn);
	spin_unlock(&watch_lock);
	mutex_unlock(&test_mutex);

	return 0;
}

static int run_open(struct inode *inode, struct file *file)
{
	return single_open(file, run_show, NULL);
}

static ssize_t run_write(struct file *file, const char __user *ubuf,
			 size_t count, loff_t *ppos)
{
	char buf[16] = "";
	int rc;

	if (count >= sizeof(buf))
		return -EINVAL;
	if (copy_from_user(buf, ubuf, count))
		return -EFAULT;

	mutex_lock(&test_mutex);
	rc = run(strim(buf));
	mutex_unlock(&test_mutex);

	return rc ?: count;
}

static const struct file_operations run_fops = {
	.owner = THIS_MODULE,
	.open = run_open,
	.read = seq_read,
	.write = run_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static int bonds_get(void *data, u64 *val)
{
	*val = nr_bonds;

	return 0;
}

static int bonds_set(void *data, u64 val)
{
	int rc;

	mutex_lock(&test_mutex);
	rc = val > MAX_BONDS ? -EINVAL : set_bonds(val);
	mutex_unlock(&test_mutex);

	return rc;
}
DEFINE_DEBUGFS_ATTRIBUTE(bonds_fops, bonds_get, bonds_set, "%llu\n");

static int __init test_kernel_pgtable_init(void)
{
	/* Physical addresses that nobody uses; nothing is ever accessed there. */
	phys_addr_t phys = 1ULL << (min_t(int, boot_cpu_data.x86_phys_bits,
					  MAX_PHYSMEM_BITS) - 1);

	test_res = request_mem_region(phys, 2 * PUD_SIZE, KBUILD_MODNAME);
	if (!test_res)
		return -EBUSY;

	test_dir = debugfs_create_dir(KBUILD_MODNAME, NULL);
	debugfs_create_file_unsafe("bonds", 0600, test_dir, NULL, &bonds_fops);
	debugfs_create_file("run", 0600, test_dir, NULL, &run_fops);

	return 0;
}

static void __exit test_kernel_pgtable_exit(void)
{
	debugfs_remove_recursive(test_dir);
	del_bonds();
	release_mem_region(test_res->start, resource_size(test_res));
}

module_init(test_kernel_pgtable_init);
module_exit(test_kernel_pgtable_exit);
MODULE_DESCRIPTION("Test of freeing page-table pages of the kernel");
MODULE_LICENSE("GPL");
