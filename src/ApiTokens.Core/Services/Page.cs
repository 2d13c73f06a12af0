using System.Runtime.CompilerServices;

namespace ApiTokens.Services;

/// <summary>One page of a list that a service pages by number.</summary>
/// <typeparam name="T">What it lists.</typeparam>
/// <param name="Items">The page's items, in an order that new items only prolong at the end.</param>
/// <param name="Size">How many items a full page has; the service's word, as it may give fewer than were asked for.</param>
/// <param name="Total">How many items there are on all pages.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, int Size, long Total)
{
    private const int MostPages = 100_000_000;

    // As many pages can be repeats where others remove items from the front of the list meanwhile.
    private const int MostRepeated = 100;

    /// <summary>
    /// Reads all pages from the last to the first, the next one while this one is consumed. Going backwards, an item that
    /// is removed moves others to pages that are still to be read: an item can come twice, and is then dropped, but none
    /// is missed. An item inserted before the place reached makes the pages grow: then the page before is read once more.
    /// </summary>
    /// <param name="read">Reads a page by its zero-based number.</param>
    /// <param name="id">What tells items apart.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The items, last one first.</returns>
    /// <exception cref="ApiTokenException">What the service says of its pages cannot be: going on could miss items, or never end.</exception>
    public static async IAsyncEnumerable<T> WalkAsync(
        Func<int, CancellationToken, Task<Page<T>>> read, Func<T, string> id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Page<T> first = await read(0, cancellationToken).ConfigureAwait(false);
        int last = LastOf(first);
        long total = first.Total;
        int repeated = 0;
        var recent = new RecentIds();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<Page<T>> next = last == 0 ? Task.FromResult(first) : read(last, ended.Token);
        try
        {
            for (int number = last; number >= 0; number--)
            {
                Page<T> page = await next.ConfigureAwait(false);
                Check(page, number);
                Page<T>? again = page.Total > total && number < last ? await read(number + 1, ended.Token).ConfigureAwait(false) : null;
                total = page.Total;
                next = number > 0 ? read(number - 1, ended.Token) : next;
                bool any = false;
                foreach (T item in (again?.Items.Reverse() ?? []).Concat(page.Items.Reverse()))
                {
                    if (recent.Add(id(item)))
                    {
                        any = true;
                        yield return item;
                    }
                }

                repeated = any || page.Items.Count == 0 ? 0 : repeated + 1;
                if (repeated > MostRepeated)
                {
                    throw ApiTokenException.InvalidResult($"The service answers with the same page of its list again and again, at page {number + 1} of {last + 1}.");
                }
            }
        }
        finally
        {
            // Where the caller has enough or a page failed, the page read ahead is not waited for, nor asked for again.
            ended.Cancel();
            _ = next.ContinueWith(dropped => dropped.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private static int LastOf(Page<T> first)
    {
        int size = Math.Max(1, first.Size);
        if (first.Items.Count >= size && first.Total < first.Items.Count)
        {
            throw ApiTokenException.InvalidResult($"The service lists {first.Items.Count} items and says that there are {first.Total} in all: some could be missed.");
        }

        long last = first.Items.Count == 0 ? 0 : (first.Total - 1) / size;
        return last <= MostPages ? (int)last : throw ApiTokenException.InvalidResult($"The service says that its list has {first.Total} items.");
    }

    // Items that were removed meanwhile make the service's own total shrink with them.
    private static void Check(Page<T> page, int number)
    {
        if (page.Items.Count == 0 && page.Total > (long)number * Math.Max(1, page.Size))
        {
            throw ApiTokenException.InvalidResult($"The service says that its list has {page.Total} items, and page {number + 1} of it is empty: some could be missed.");
        }
    }

    /// <summary>The ids seen last: enough to drop what moved by that many places, without keeping a million ids.</summary>
    private sealed class RecentIds
    {
        private const int MostKept = 100_000;

        private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
        private readonly Queue<string> _order = new();

        public bool Add(string id)
        {
            if (!_ids.Add(id))
            {
                return false;
            }

            _order.Enqueue(id);
            if (_order.Count > MostKept)
            {
                _ids.Remove(_order.Dequeue());
            }

            return true;
        }
    }
}
