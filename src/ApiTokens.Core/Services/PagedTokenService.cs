using System.Text.Json.Serialization.Metadata;
using ApiTokens.Http;

namespace ApiTokens.Services;

/// <summary>A service that lists its tokens in pages.</summary>
/// <typeparam name="TWire">The service's record of a token.</typeparam>
/// <typeparam name="TPage">The service's page of records.</typeparam>
/// <param name="context">The connection that it works for.</param>
/// <param name="json">How the record is read.</param>
/// <param name="pageJson">How the page is read.</param>
/// <param name="path">Where the tokens are.</param>
internal abstract class PagedTokenService<TWire, TPage>(
    ServiceContext context, JsonTypeInfo<TWire> json, JsonTypeInfo<TPage> pageJson, params string[] path)
    : RestTokenService<TWire>(context, json, path)
    where TWire : class, ITokenWire
    where TPage : class, IPageWire<TWire>
{
    private readonly int _pageSize = context.PageSize;

    public override async Task<TokenPreview> ListFirstAsync(int most, CancellationToken cancellationToken)
    {
        var active = new TokenFilter { Statuses = [TokenStatus.Active] };
        ServiceRequest request = PageRequest(0, most, active, expiringFirst: true);
        Page<ApiToken> page = await ReadPageAsync(request, most, cancellationToken).ConfigureAwait(false);
        return new TokenPreview(page.Items, page.Total <= page.Items.Count);
    }

    protected override IAsyncEnumerable<ApiToken> ListCoreAsync(TokenFilter filter, CancellationToken cancellationToken)
    {
        return Page<ApiToken>.WalkAsync(ReadAsync, token => token.Id, cancellationToken);

        Task<Page<ApiToken>> ReadAsync(int number, CancellationToken cancellationToken) =>
            ReadPageAsync(PageRequest(number, _pageSize, filter, expiringFirst: false), _pageSize, cancellationToken);
    }

    /// <summary>The request for a page.</summary>
    /// <param name="number">The number of the page, from zero.</param>
    /// <param name="size">How many tokens it shall have.</param>
    /// <param name="filter">What the service can filter by itself is in the request; the rest is filtered here.</param>
    /// <param name="expiringFirst">Whether to sort by expiry, where the service can; else new tokens come last, as the walk needs.</param>
    /// <returns>The request.</returns>
    protected abstract ServiceRequest PageRequest(int number, int size, TokenFilter filter, bool expiringFirst);

    private async Task<Page<ApiToken>> ReadPageAsync(ServiceRequest request, int size, CancellationToken cancellationToken)
    {
        TPage page = await Client.GetAsync(request, pageJson, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<TWire?> items = page.Items
            ?? throw ApiTokenException.InvalidResult($"{Identity.Service} returned a list without items.");
        long total = page.TotalCount
            ?? throw ApiTokenException.InvalidResult($"{Identity.Service} returned a list without the total number of tokens.");
        return new Page<ApiToken>([.. items.OfType<TWire>().Select(Map)], page.PageSize ?? size, total);
    }
}
