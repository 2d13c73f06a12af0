using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Paging;

public sealed class WalkTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(100)]
    [InlineData(101)]
    public async Task Walk_UnchangedList_ReturnsEachItemOnceFromLastPage(int count)
    {
        var list = new ChangingList(count, size: 10);

        Assert.Equal(Enumerable.Range(0, count).Reverse(), await list.WalkAsync());
    }

    [Fact]
    public async Task Walk_SeveralPages_ReadsFirstPageTwiceAndOthersOnce()
    {
        var list = new ChangingList(95, size: 10);

        Assert.Equal(95, (await list.WalkAsync()).Count);
        Assert.Equal(11, list.Reads);
    }

    [Fact]
    public async Task Walk_ListedItemsRemoved_MissesNothing()
    {
        var list = new ChangingList(1000, size: 10);

        List<int> seen = await list.WalkAsync((item, _) => list.Remove(item));

        Assert.Equal(Enumerable.Range(0, 1000).Reverse(), seen);
        Assert.Equal(0, list.Count);
    }

    [Fact]
    public async Task Walk_ManyItemsRemovedByOthers_ReturnsNothingTwice()
    {
        var list = new ChangingList(1000, size: 10);

        List<int> seen = await list.WalkAsync((_, number) =>
        {
            if (number == 300)
            {
                list.RemoveFirst(500);
            }
        });

        Assert.Equal(seen.Distinct().Count(), seen.Count);
        Assert.Superset(list.Items.ToHashSet(), seen.ToHashSet());
    }

    [Fact]
    public async Task Walk_RandomRemovalsAndAppends_MissesAndRepeatsNothing()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var list = new ChangingList(random.Next(0, 400), random.Next(1, 25));
            List<int> atStart = [.. list.Items];

            List<int> seen = await list.WalkAsync((item, _) =>
            {
                switch (random.Next(6))
                {
                    case 0:
                        list.Remove(item);
                        break;
                    case 1:
                        list.RemoveAny(random);
                        break;
                    case 2:
                        list.Append(random.Next(1, 12));
                        break;
                    default:
                        break;
                }
            });

            Assert.True(seen.Distinct().Count() == seen.Count, $"Seed {seed}: an item was returned twice.");
            Assert.True(atStart.Where(list.Items.Contains).All(seen.Contains), $"Seed {seed}: an item was missed.");
        }
    }

    [Fact]
    public async Task Walk_RemovalsDuringPrefetch_MissesAndRepeatsNothing()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var list = new ChangingList(random.Next(50, 200), random.Next(3, 12));
            List<int> atStart = [.. list.Items];
            list.Reading = _ => list.RemoveAny(random);

            List<int> seen = await list.WalkAsync();

            Assert.True(seen.Distinct().Count() == seen.Count, $"Seed {seed}: an item was returned twice.");
            Assert.True(atStart.Where(list.Items.Contains).All(seen.Contains), $"Seed {seed}: an item was missed.");
        }
    }

    [Fact]
    public async Task Walk_ItemInsertedBeforePosition_MissesNothing()
    {
        var list = new ChangingList(100, size: 10);
        bool inserted = false;

        List<int> seen = await list.WalkAsync((_, number) =>
        {
            if (number == 35 && !inserted)
            {
                inserted = true;
                list.InsertFirst(5000);
            }
        });

        Assert.Superset(Enumerable.Range(0, 100).ToHashSet(), seen.ToHashSet());
        Assert.Equal(seen.Distinct().Count(), seen.Count);
    }

    // A few insertions at the front between two requests, fewer than a page has items.
    [Fact]
    public async Task Walk_InsertionsDuringRequests_MissesAndRepeatsNothing()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var list = new ChangingList(random.Next(50, 200), random.Next(6, 12));
            List<int> atStart = [.. list.Items];
            int inserted = 20_000;
            list.Reading = _ =>
            {
                if (random.Next(3) == 0)
                {
                    list.InsertFirst(inserted++);
                }
            };

            List<int> seen = await list.WalkAsync();

            Assert.True(seen.Distinct().Count() == seen.Count, $"Seed {seed}: an item was returned twice.");
            Assert.True(atStart.TrueForAll(seen.Contains), $"Seed {seed}: an item was missed.");
        }
    }

    // The service creates the next page while this machine parses the current one. Two requests at a time could miss an item.
    [Fact]
    public async Task Walk_SeveralPages_RequestsNextPageAfterResponseAndBeforeParsing()
    {
        var events = new List<string>();
        int pending = 0;

        await foreach (int item in Page<int>.WalkAsync(RequestAsync, item => $"{item}", default))
        {
            events.Add($"item {item}");
        }

        Assert.Equal(
            ["request 0", "parse 0", "request 2", "request 1", "parse 2", "item 2", "request 0", "parse 1", "item 1", "parse 0", "item 0"],
            events);

        async Task<Func<Page<int>>> RequestAsync(int number, CancellationToken cancellationToken)
        {
            Assert.Equal(1, Interlocked.Increment(ref pending));
            events.Add($"request {number}");
            await Task.Yield();
            Interlocked.Decrement(ref pending);
            return () =>
            {
                events.Add($"parse {number}");
                return new Page<int>([number], 1, 3);
            };
        }
    }

    [Theory]
    [InlineData("Wegnology")]
    [InlineData("ApplicationUsers")]
    public async Task List_FiveThousandTokensRemovedMeanwhile_ReturnsEachOnce(string service)
    {
        var sandbox = new SandboxFixture { Options = new Sandbox.SandboxOptions { Tokens = 5_000 } };
        await sandbox.InitializeAsync();
        try
        {
            TokenConnection connection = await sandbox.ConnectAsync(service, pageSize: 100);
            TokenConnection unpaged = await sandbox.ConnectAsync(service, pageSize: 1000);
            var filter = new TokenFilter { Names = [new NamePattern("token-*")] };
            HashSet<string> expected = [.. (await unpaged.Tokens.ListAsync(filter)).Select(token => token.Id)];
            Assert.InRange(expected.Count, 4_000, 5_000);
            var seen = new List<string>();
            var removing = new List<Task>();
            using var throttle = new SemaphoreSlim(8);

            await foreach (ApiToken token in connection.Tokens.ListAsync(filter, default))
            {
                seen.Add(token.Id);
                await throttle.WaitAsync();
                removing.Add(RemoveAsync(token.Id));
            }

            await Task.WhenAll(removing);
            Assert.Equal(expected.Count, seen.Count);
            Assert.Equal(expected, seen.ToHashSet());
            Assert.Empty(await unpaged.Tokens.ListAsync(filter));

            async Task RemoveAsync(string id)
            {
                try
                {
                    await connection.Tokens.RemoveAsync(id, default);
                }
                finally
                {
                    throttle.Release();
                }
            }
        }
        finally
        {
            await sandbox.DisposeAsync();
        }
    }

    /// <summary>A paged list that changes while it is enumerated.</summary>
    private sealed class ChangingList(int count, int size)
    {
        private readonly List<int> _items = [.. Enumerable.Range(0, count)];
        private int _next = 10_000;

        public IReadOnlyList<int> Items => _items;

        public int Count => _items.Count;

        public int Reads { get; private set; }

        /// <summary>Called before each page after the first is read.</summary>
        public Action<int>? Reading { get; set; }

        public void Remove(int item) => _items.Remove(item);

        public void RemoveFirst(int number) => _items.RemoveRange(0, number);

        public void RemoveAny(Random random)
        {
            if (_items.Count > 0)
            {
                _items.RemoveAt(random.Next(_items.Count));
            }
        }

        public void Append(int number)
        {
            for (int i = 0; i < number; i++)
            {
                _items.Add(_next++);
            }
        }

        public void InsertFirst(int item) => _items.Insert(0, item);

        public async Task<List<int>> WalkAsync(Action<int, int>? visit = null)
        {
            var seen = new List<int>();
            await foreach (int item in Page<int>.WalkAsync(RequestAsync, item => $"{item}", default))
            {
                seen.Add(item);
                visit?.Invoke(item, seen.Count);
            }

            return seen;
        }

        private Task<Func<Page<int>>> RequestAsync(int number, CancellationToken cancellationToken)
        {
            if (Reads++ > 0)
            {
                Reading?.Invoke(number);
            }

            var page = new Page<int>([.. _items.Skip(number * size).Take(size)], size, _items.Count);
            return Task.FromResult(() => page);
        }
    }
}
