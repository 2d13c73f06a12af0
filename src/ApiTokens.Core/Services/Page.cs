using System.Runtime.CompilerServices;

namespace ApiTokens.Services;

/// <summary>One page of a list with numbered pages.</summary>
/// <typeparam name="T">The type of the items.</typeparam>
/// <param name="Items">The items of the page. New items are appended to the list.</param>
/// <param name="Size">The number of items of a full page, as the service reports it; it may be less than requested.</param>
/// <param name="Total">The number of items on all pages.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, int Size, long Total)
{
    private const int MaxPages = 100_000_000;

    // The maximum number of consecutive pages with known items only. Pages repeat if others remove items from the front of the list.
    private const int MaxRepeatedPages = 100;

    /// <summary>
    /// Reads all pages from the last to the first, and requests the next page when the response with the current one has arrived, before
    /// it is parsed. In this direction, a removal moves items only to pages that are still to be read: an item may be read twice, and is
    /// then dropped, but no item is missed. Two requests at a time could miss an item, because the service may process the later one
    /// first. An insertion increases the total; the page after the current one is then read again.
    /// </summary>
    /// <param name="request">
    /// Requests a page by its zero-based number. The task ends when the response has arrived; its result parses the response.
    /// </param>
    /// <param name="id">Returns the id of an item.</param>
    /// <param name="cancellationToken">Cancels the list.</param>
    /// <returns>The items, last item first.</returns>
    /// <exception cref="ApiTokenException">The page data is inconsistent: continuing could miss items or never end.</exception>
    public static async IAsyncEnumerable<T> WalkAsync(
        Func<int, CancellationToken, Task<Func<Page<T>>>> request,
        Func<T, string> id,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Page<T> first = (await request(0, cancellationToken).ConfigureAwait(false))();
        int last = LastPageNumber(first);
        long total = first.Total;
        int repeated = 0;
        var recent = new RecentIds();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<Func<Page<T>>> next = last == 0 ? Task.FromResult(() => first) : request(last, ended.Token);
        try
        {
            for (int number = last; number >= 0; number--)
            {
                Func<Page<T>> current = await next.ConfigureAwait(false);
                next = number > 0 ? request(number - 1, ended.Token) : next;
                Page<T> page = current();
                Check(page, number);
                bool hasPageAfter = page.Total > (number + 1L) * Math.Max(1, page.Size);
                Page<T>? again = page.Total > total && hasPageAfter
                    ? (await request(number + 1, ended.Token).ConfigureAwait(false))() : null;
                total = page.Total;
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
                if (repeated > MaxRepeatedPages)
                {
                    throw ApiTokenException.InvalidResult(
                        $"The service returns the same page of its list repeatedly, at page {number + 1} of {last + 1}.");
                }
            }
        }
        finally
        {
            // If the caller stops early or a page fails, cancel the request for the next page and observe its exception.
            ended.Cancel();
            _ = next.ContinueWith(
                dropped => dropped.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private static int LastPageNumber(Page<T> first)
    {
        int size = Math.Max(1, first.Size);
        if (first.Items.Count >= size && first.Total < first.Items.Count)
        {
            throw ApiTokenException.InvalidResult(
                $"The service returned {first.Items.Count} items and reported a total of {first.Total}. Items could be missed.");
        }

        long last = first.Items.Count == 0 ? 0 : (first.Total - 1) / size;
        return last <= MaxPages
            ? (int)last : throw ApiTokenException.InvalidResult($"The service reported an implausible total of {first.Total} items.");
    }

    // If items were removed in the meantime, the service's total decreases as well.
    private static void Check(Page<T> page, int number)
    {
        if (page.Items.Count == 0 && page.Total > (long)number * Math.Max(1, page.Size))
        {
            throw ApiTokenException.InvalidResult(
                $"The service reported a total of {page.Total} items, but page {number + 1} is empty. Items could be missed.");
        }
    }

    /// <summary>
    /// The most recent ids, to detect duplicates without keeping every id of a long list: those of two sets, of which the older one is
    /// dropped when the newer one is full.
    /// </summary>
    private sealed class RecentIds
    {
        private const int Capacity = 50_000;

        private HashSet<string> _newer = new(StringComparer.Ordinal);
        private HashSet<string> _older = new(StringComparer.Ordinal);

        public bool Add(string id)
        {
            if (_older.Contains(id) || !_newer.Add(id))
            {
                return false;
            }

            if (_newer.Count == Capacity)
            {
                (_older, _newer) = (_newer, _older);
                _newer.Clear();
            }

            return true;
        }
    }
}
