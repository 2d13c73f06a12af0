using ApiTokens.Core.Tests.Support;

namespace ApiTokens.Core.Tests.Conformance;

public abstract partial class ServiceConformanceTests<TRecipe>
{
    private const string NewDescription = "after";

    [Fact]
    public async Task SetEnabled_Token_ChangesWhetherSecretWorksOrIsNotSupported()
    {
        IssuedToken issued = await NewAsync();
        if (!Capabilities.SetEnabled)
        {
            await AssertNotSupportedAsync(() => Tokens.SetEnabledAsync(issued.Id, enabled: false, default));
            await AssertNotSupportedAsync(() => Tokens.SetEnabledAsync(issued.Id, enabled: true, default));
            Assert.True(await WorksAsync(issued));
            return;
        }

        ApiToken? disabled = await Tokens.SetEnabledAsync(issued.Id, enabled: false, default);
        Assert.Equal(TokenStatus.Inactive, disabled!.Status);
        Assert.Equal(TokenStatus.Inactive, (await Tokens.GetAsync(issued.Id, default)).Status);
        Assert.False(await WorksAsync(issued));

        ApiToken? enabled = await Tokens.SetEnabledAsync(issued.Id, enabled: true, default);
        Assert.Equal(TokenStatus.Active, enabled!.Status);
        Assert.True(await WorksAsync(issued));
    }

    [Fact]
    public async Task Rename_Token_ChangesOnlyNameOrIsNotSupported()
    {
        IssuedToken issued = await NewAsync();
        if (!Capabilities.Rename)
        {
            await AssertNotSupportedAsync(() => Tokens.RenameAsync(issued.Id, "new name", default));
            Assert.Equal(issued.Name, (await Tokens.GetAsync(issued.Id, default)).Name);
            return;
        }

        ApiToken? renamed = await Tokens.RenameAsync(issued.Id, "new name", default);

        ApiToken read = await Tokens.GetAsync(issued.Id, default);
        Assert.Equal("new name", renamed!.Name);
        Assert.Equal(("new name", issued.Description), (read.Name, read.Description));
        Assert.Equal(issued.Access, read.Access);
        Assert.True(await WorksAsync(issued));
    }

    [Fact]
    public async Task Update_Description_IsChangedOrIsNotSupported()
    {
        IssuedToken issued = await NewAsync();
        var changes = new TokenChanges { Description = NewDescription };
        if (!Capabilities.UpdateDescription)
        {
            await AssertNotSupportedAsync(() => Tokens.UpdateAsync(issued.Id, changes, default));
            return;
        }

        ApiToken? changed = await Tokens.UpdateAsync(issued.Id, changes, default);

        Assert.Equal((issued.Name, NewDescription), (changed!.Name, changed.Description));
        Assert.Equal(NewDescription, (await Tokens.GetAsync(issued.Id, default)).Description);
    }

    [Fact]
    public async Task Update_Access_IsChangedOrIsNotSupported()
    {
        IssuedToken issued = await NewAsync();
        var access = new TokenChanges { Access = new Dictionary<string, AccessLevel> { ["location"] = AccessLevel.Full } };
        var all = new TokenChanges { ApplyToAll = AccessLevel.None };
        if (!Capabilities.UpdateAccess)
        {
            await AssertNotSupportedAsync(() => Tokens.UpdateAsync(issued.Id, access, default));
            await AssertNotSupportedAsync(() => Tokens.UpdateAsync(issued.Id, all, default));
            return;
        }

        ApiToken? changed = await Tokens.UpdateAsync(issued.Id, access, default);
        Assert.Equal(AccessLevel.Full, changed!.Access!["location"]);
        Assert.All(changed.Access.Where(entry => entry.Key != "location"), entry => Assert.Equal(issued.Access![entry.Key], entry.Value));

        await Tokens.UpdateAsync(issued.Id, all, default);
        Assert.All((await Tokens.GetAsync(issued.Id, default)).Access!.Values, level => Assert.Equal(AccessLevel.None, level));
    }

    [Fact]
    public async Task Regenerate_Token_ReplacesSecretAndKeepsIdOrIsNotSupported()
    {
        IssuedToken issued = await NewAsync();
        if (!Capabilities.Regenerate)
        {
            await AssertNotSupportedAsync(() => Tokens.RegenerateAsync(issued.Id, TokenExpiry.ServiceDefault, default));
            Assert.True(await WorksAsync(issued));
            return;
        }

        IssuedToken regenerated = await Tokens.RegenerateAsync(issued.Id, TokenExpiry.ServiceDefault, default);

        Assert.Equal(issued.Id, regenerated.Id);
        Assert.Equal(issued.Access, regenerated.Access);
        Assert.False(await WorksAsync(issued));
        Assert.True(await WorksAsync(regenerated));
    }

    [Fact]
    public async Task GetWithSecret_Token_ReturnsSameSecretOrIsNotSupported()
    {
        IssuedToken issued = await NewAsync();
        if (!Capabilities.ReadSecret)
        {
            await AssertNotSupportedAsync(() => Tokens.GetWithSecretAsync(issued.Id, default));
            return;
        }

        IssuedToken read = await Tokens.GetWithSecretAsync(issued.Id, default);
        Assert.Equal(SecretText.ToPlainText(issued.GetSecret()), SecretText.ToPlainText(read.GetSecret()));
    }

    [Fact]
    public async Task RemoveAll_User_RemovesTokensWithOneRequestOrIsNotSupported()
    {
        IssuedToken issued = await NewAsync();
        if (!Capabilities.RemoveAll)
        {
            await AssertNotSupportedAsync(() => Tokens.RemoveAllAsync(issued.Owner ?? "x", default));
            Assert.True(await WorksAsync(issued));
            return;
        }

        long before = await Sandbox.CountAsync();

        IReadOnlyList<string> removed = await Tokens.RemoveAllAsync(issued.Owner!, default);

        Assert.Equal(before + 1, await Sandbox.CountAsync());
        Assert.Contains(issued.Id, removed);
        Assert.False(await WorksAsync(issued));
        Assert.Empty(await Tokens.ListAsync(new TokenFilter { Users = [new NamePattern(issued.Owner!)], Statuses = [TokenStatus.Active] }));
    }

    [Fact]
    public async Task LastUsed_Token_IsReturnedOrFilterIsNotSupported()
    {
        if (!Capabilities.LastUsed)
        {
            await AssertNotSupportedAsync(() => Tokens.ListAsync(new TokenFilter { UnusedSince = DateTimeOffset.UnixEpoch }));
            Assert.All(await Tokens.ListAsync(), token => Assert.Null(token.LastUsedAt));
            return;
        }

        IssuedToken issued = await NewAsync();
        IssuedToken unused = await NewAsync();
        Assert.Null((await Tokens.GetAsync(issued.Id, default)).LastUsedAt);

        Assert.True(await WorksAsync(issued));

        DateTimeOffset now = Sandbox.Clock.GetUtcNow();
        Assert.Equal(now, (await Tokens.GetAsync(issued.Id, default)).LastUsedAt!.Value, TimeSpan.FromMilliseconds(1));
        Sandbox.Clock.Advance(TimeSpan.FromSeconds(2));
        List<ApiToken> found = await Tokens.ListAsync(new TokenFilter { UnusedSince = now.AddSeconds(-1) });
        Assert.DoesNotContain(found, token => token.Id == issued.Id);
        Assert.Null((await Tokens.GetAsync(unused.Id, default)).LastUsedAt);
    }
}
