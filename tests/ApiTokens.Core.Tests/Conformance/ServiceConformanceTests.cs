using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Conformance;

/// <summary>
/// Behaviour that all services share, tested against each service's emulator. Operations that the capabilities list must work, which the
/// tests verify by their effect on a secret; all others must fail before any request. Each service derives its test class from this one.
/// </summary>
/// <typeparam name="TRecipe">The facts about the service that the tests need.</typeparam>
/// <param name="sandbox">A sandbox that includes the service.</param>
public abstract partial class ServiceConformanceTests<TRecipe>(RecipeSandbox<TRecipe> sandbox)
    : IClassFixture<RecipeSandbox<TRecipe>>, IAsyncLifetime
    where TRecipe : ServiceRecipe, new()
{
    private static readonly TRecipe Recipe = new();

    private TokenConnection _connection = null!;

    /// <summary>The sandbox of the class.</summary>
    protected RecipeSandbox<TRecipe> Sandbox { get; } = sandbox;

    /// <summary>A connection as the administrator.</summary>
    protected TokenConnection Connection => _connection;

    /// <summary>The tokens of <see cref="Connection"/>.</summary>
    protected ITokenService Tokens => _connection.Tokens;

    private ServiceCapabilities Capabilities => _connection.Capabilities;

    public virtual async Task InitializeAsync() => _connection = await Sandbox.ConnectAsync(Recipe.Service);

    public virtual Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public void Definition_InCatalogue_HasEmulatorInSandbox()
    {
        ServiceDefinition definition = ServiceCatalog.Find(Recipe.Service);

        Assert.Same(definition, ServiceCatalog.Find(Recipe.Service.ToUpperInvariant()));
        Assert.Same(definition, ServiceCatalog.Find(definition.ConnectionName));
        Assert.Equal(definition.Name, definition.Capabilities.Service);
        Assert.Contains(definition.ConnectionName, Sandbox.ServiceNames);
        Assert.Same(definition.Capabilities, Capabilities);
    }

    [Fact]
    public async Task Create_Token_HasRequestedValuesAndWorkingSecret()
    {
        NewTokenRequest request = Recipe.New("conform");

        IssuedToken issued = await Tokens.CreateAsync(request, default);

        Assert.Equal(("conform", TokenStatus.Active), (issued.Name, issued.Status));
        Assert.Equal((Recipe.Service, Connection.Name, Connection.Account), (issued.Service, issued.Connection, issued.Account));
        Assert.Equal(Capabilities.Description ? request.Description : null, issued.Description);
        Assert.True(Tokens.IsId(issued.Id));
        Assert.True(await WorksAsync(issued));
    }

    [Fact]
    public async Task Create_Token_IsListedAndReadWithoutSecret()
    {
        IssuedToken issued = await NewAsync();

        ApiToken listed = Assert.Single(await Tokens.ListAsync(), token => token.Id == issued.Id);
        ApiToken read = await Tokens.GetAsync(issued.Id, default);

        Assert.All([listed, read], token =>
        {
            Assert.IsNotType<IssuedToken>(token);
            Assert.Equal((issued.Name, issued.ExpiresAt, issued.CreatedAt), (token.Name, token.ExpiresAt, token.CreatedAt));
            Assert.Equal((issued.Description, issued.Role, issued.Owner), (token.Description, token.Role, token.Owner));
            Assert.Equal(issued.Access, token.Access);
            Assert.Equal((issued.Scope, issued.Audience), (token.Scope, token.Audience), TextsComparer.Instance);
        });
    }

    [Fact]
    public async Task List_SmallPages_ReturnsSameTokensWithFewestRequests()
    {
        var everything = new TokenFilter { Statuses = [.. Enum.GetValues<TokenStatus>()] };
        TokenConnection paging = await Sandbox.ConnectAsync(Recipe.Service, pageSize: 2);
        List<ApiToken> unpaged = await Tokens.ListAsync(everything);
        long before = await Sandbox.CountAsync();

        List<ApiToken> paged = await paging.Tokens.ListAsync(everything);

        Assert.Equal(
            unpaged.Select(token => token.Id).Order(StringComparer.Ordinal),
            paged.Select(token => token.Id).Order(StringComparer.Ordinal));

        // One request reads the total; then each page is read, the first one again.
        Assert.Equal(Recipe.IsPaged ? ((unpaged.Count + 1) / 2) + 1 : 1, await Sandbox.CountAsync() - before);
    }

    [Fact]
    public async Task ListFirst_MoreTokensThanMaximum_IsIncomplete()
    {
        for (int i = 0; i < 3; i++)
        {
            await NewAsync();
        }

        int count = (await Tokens.ListAsync()).Count;

        TokenPreview some = await Tokens.ListFirstAsync(2, default);
        TokenPreview all = await Tokens.ListFirstAsync(1000, default);

        Assert.Equal((2, false), (some.Tokens.Count, some.IsComplete));
        Assert.True(all.IsComplete);
        Assert.InRange(all.Tokens.Count, 3, count);
    }

    [Fact]
    public async Task Remove_Token_IsGoneAndSecretIsRejected()
    {
        IssuedToken issued = await NewAsync();

        await Tokens.RemoveAsync(issued.Id, default);

        Assert.False(await WorksAsync(issued));
        Assert.DoesNotContain(await Tokens.ListAsync(), token => token.Id == issued.Id);
        if (Recipe.KeepsRemovedTokens)
        {
            Assert.Equal(TokenStatus.Revoked, (await Tokens.GetAsync(issued.Id, default)).Status);
            Assert.Contains(await Tokens.ListAsync(new TokenFilter { Statuses = [TokenStatus.Revoked] }), token => token.Id == issued.Id);
        }
        else
        {
            var error = await Assert.ThrowsAsync<ApiTokenException>(() => Tokens.GetAsync(issued.Id, default));
            Assert.Equal(ErrorKind.ObjectNotFound, error.Kind);
        }
    }

    [Fact]
    public async Task Get_UnusedId_IsNotFound()
    {
        Assert.True(Tokens.IsId(Recipe.UnusedId));
        var error = await Assert.ThrowsAsync<ApiTokenException>(() => Tokens.GetAsync(Recipe.UnusedId, default));
        Assert.Equal(ErrorKind.ObjectNotFound, error.Kind);
    }

    [Fact]
    public async Task ListPermissions_Catalogue_HasConnectionAndService()
    {
        IReadOnlyList<TokenPermission> permissions = await Tokens.ListPermissionsAsync(default);

        Assert.NotEmpty(permissions);
        Assert.All(permissions, permission => Assert.Equal((Connection.Name, Recipe.Service), (permission.Connection, permission.Service)));
        Assert.Equal(
            permissions.Select(permission => (permission.Kind, permission.Value)),
            Tokens.KnownPermissions.Select(permission => (permission.Kind, permission.Value)));
    }

    [Fact]
    public async Task CreateSuccessorRequest_Token_IssuesTokenWithSameValues()
    {
        IssuedToken issued = await NewAsync();

        IssuedToken successor = await Tokens.CreateAsync(Tokens.CreateSuccessorRequest(issued, TokenExpiry.ServiceDefault), default);

        Assert.NotEqual(issued.Id, successor.Id);
        Assert.Equal(
            (issued.Name, issued.Description, issued.Role, issued.Owner),
            (successor.Name, successor.Description, successor.Role, successor.Owner));
        Assert.Equal(issued.Access, successor.Access);
        Assert.Equal((issued.Scope, issued.Audience), (successor.Scope, successor.Audience), TextsComparer.Instance);
        Assert.Equal(issued.Lifetime?.TotalMinutes ?? 0, successor.Lifetime?.TotalMinutes ?? 0, tolerance: 1);
    }

    /// <summary>Issues a token whose secret can be checked.</summary>
    protected Task<IssuedToken> NewAsync(string name = "conform") => Tokens.CreateAsync(Recipe.New(name), default);

    /// <summary>Returns whether the service accepts a token's secret.</summary>
    protected Task<bool> WorksAsync(IssuedToken token) => Sandbox.AcceptsAsync(token);

    private async Task AssertNotSupportedAsync(Func<Task> operation)
    {
        ApiTokenException error = await Sandbox.AssertFailsWithoutRequestAsync(operation);
        Assert.Equal((ErrorKind.NotImplemented, "OperationNotSupported"), (error.Kind, error.ErrorId));
        Assert.False(string.IsNullOrEmpty(error.RecommendedAction));
    }

    private sealed class TextsComparer : IEqualityComparer<(string[], string[])>
    {
        public static readonly TextsComparer Instance = new();

        public bool Equals((string[], string[]) x, (string[], string[]) y) =>
            x.Item1.SequenceEqual(y.Item1) && x.Item2.SequenceEqual(y.Item2);

        public int GetHashCode((string[], string[]) obj) => obj.Item1.Length;
    }
}
