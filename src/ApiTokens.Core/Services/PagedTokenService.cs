using System.Text.Json.Serialization.Metadata;
using ApiTokens.Http;

namespace ApiTokens.Services;

/// <summary>A service that lists its tokens in pages.</summary>
/// <typeparam name="TWire">The service's token record.</typeparam>
/// <typeparam name="TPage">The service's page of records.</typeparam>
/// <param name="context">The connection.</param>
/// <param name="json">The JSON metadata of the record.</param>
/// <param name="pageJson">The JSON metadata of the page.</param>
/// <param name="path">The path of the tokens.</param>
internal abstract class PagedTokenService<TWire, TPage>(
    ServiceContext context, JsonTypeInfo<TWire> json, JsonTypeInfo<TPage> pageJson, params string[] path)
    : RestTokenService<TWire>(context, json, path)
    where TWire : class, ITokenWire
    where TPage : class, IPageWire<TWire>
{
    private readonly int _pageSize = context.PageSize;

    public override async Task<TokenPreview> ListFirstAsync(int maxCount, CancellationToken cancellationToken)
    {
        var active = new TokenFilter { Statuses = [TokenStatus.Active] };
        ServiceRequest request = PageRequest(0, maxCount, active, expiringFirst: true);
        Page<ApiToken> page = (await RequestPageAsync(request, maxCount, cancellationToken).ConfigureAwait(false))();
        return new TokenPreview(page.Items, page.Total <= page.Items.Count);
    }

    protected override IAsyncEnumerable<ApiToken> ListCoreAsync(TokenFilter filter, CancellationToken cancellationToken)
    {
        return Page<ApiToken>.WalkAsync(RequestAsync, token => token.Id, cancellationToken);

        Task<Func<Page<ApiToken>>> RequestAsync(int number, CancellationToken cancellationToken) =>
            RequestPageAsync(PageRequest(number, _pageSize, filter, expiringFirst: false), _pageSize, cancellationToken);
    }

    /// <summary>Creates the request for a page.</summary>
    /// <param name="number">The zero-based number of the page.</param>
    /// <param name="size">The number of tokens per page.</param>
    /// <param name="filter">The filter; the request has only the parts that the service supports, the rest is applied here.</param>
    /// <param name="expiringFirst">
    /// True to sort by expiry, if the service can; otherwise new tokens come last, as the walk requires.
    /// </param>
    /// <returns>The request.</returns>
    protected abstract ServiceRequest PageRequest(int number, int size, TokenFilter filter, bool expiringFirst);

    private async Task<Func<Page<ApiToken>>> RequestPageAsync(ServiceRequest request, int size, CancellationToken cancellationToken)
    {
        Func<TPage> response = await Client.ReceiveAsync(request, pageJson, cancellationToken).ConfigureAwait(false);
        return () => ToPage(response(), size);
    }

    private Page<ApiToken> ToPage(TPage page, int size)
    {
        IReadOnlyList<TWire?> items = page.Items
            ?? throw ApiTokenException.InvalidResult($"{Identity.Service} returned a list without items.");
        long total = page.TotalCount
            ?? throw ApiTokenException.InvalidResult($"{Identity.Service} did not return the total number of tokens.");
        return new Page<ApiToken>([.. items.OfType<TWire>().Select(Map)], page.PageSize ?? size, total);
    }
}
