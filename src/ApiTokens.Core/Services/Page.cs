using System.Runtime.CompilerServices;

namespace ApiTokens.Services;

/// <summary>One page of a list that a service pages by number.</summary>
/// <typeparam name="T">What it lists.</typeparam>
/// <param name="Items">The page's items, in an order that new items only prolong at the end.</param>
/// <param name="Size">How many items a full page has; the service's word, as it may give fewer than were asked for.</param>
/// <param name="Total">How many items there are on all pages.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, int Size, long Total)
{
    /// <summary>
    /// Reads all pages from the last to the first, the next one while this one is consumed. Going backwards, an item that
    /// is removed moves others to pages that are still to be read: an item can come twice, and is then dropped, but none
    /// is missed. An item inserted before the place reached makes the pages grow: then the page before is read once more.
    /// </summary>
    /// <param name="read">Reads a page by its zero-based number.</param>
    /// <param name="id">What tells items apart.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The items, last one first.</returns>
    public static async IAsyncEnumerable<T> WalkAsync(
        Func<int, CancellationToken, Task<Page<T>>> read, Func<T, string> id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Page<T> first = await read(0, cancellationToken).ConfigureAwait(false);
        int size = Math.Max(1, first.Size);
        int last = first.Items.Count == 0 ? 0 : (int)((first.Total - 1) / size);
        long total = first.Total;
        var recent = new RecentIds();
        Task<Page<T>> next = last == 0 ? Task.FromResult(first) : read(last, cancellationToken);
        for (int number = last; number >= 0; number--)
        {
            Page<T> page = await next.ConfigureAwait(false);
            Page<T>? again = page.Total > total && number < last ? await read(number + 1, cancellationToken).ConfigureAwait(false) : null;
            total = page.Total;
            next = number > 0 ? read(number - 1, cancellationToken) : next;
            foreach (T item in (again?.Items.Reverse() ?? []).Concat(page.Items.Reverse()))
            {
                if (recent.Add(id(item)))
                {
                    yield return item;
                }
            }
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
