using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Conformance;

public abstract partial class ServiceConformanceTests<TRecipe>
{
    [Theory]
    [ClassData(typeof(FieldCases))]
    public async Task Field_TakenOrNot_IsSentOrRefused(NewTokenFields field)
    {
        NewTokenFields fields = Capabilities.RequiredFields | field;

        if (Capabilities.Fields.HasFlag(field))
        {
            // Only its own value differs: a field that is checked and then dropped does not pass.
            Assert.NotEqual(await SentAsync(Recipe.Request(fields)), await SentAsync(Recipe.Request(fields, another: field)));
        }
        else
        {
            bool operation = field is NewTokenFields.Description or NewTokenFields.Expiry;
            ApiTokenException error = await Sandbox.RefusedUnsentAsync(() => Tokens.CreateAsync(Recipe.Request(fields), default));
            Assert.Equal(
                operation ? (ErrorKind.NotImplemented, ErrorIds.OperationNotSupported) : (ErrorKind.InvalidArgument, $"Invalid{field}"),
                (error.Kind, error.ErrorId));
            Assert.False(string.IsNullOrEmpty(error.RecommendedAction));
        }
    }

    [Theory]
    [ClassData(typeof(FieldCases))]
    public async Task Field_LeftOut_IsRefusedWhereItIsRequired(NewTokenFields field)
    {
        NewTokenRequest request = Recipe.Request(Capabilities.Fields & ~field);

        if (Capabilities.RequiredFields.HasFlag(field))
        {
            Assert.Equal($"Invalid{field}", (await Sandbox.RefusedUnsentAsync(() => Tokens.CreateAsync(request, default))).ErrorId);
        }
        else
        {
            Assert.NotEmpty(await SentAsync(request));
        }
    }

    [Theory]
    [InlineData("blank")]
    [InlineData("long")]
    [InlineData("line break")]
    [InlineData("half of a character")]
    public async Task Name_ThatNobodyCouldTypeAgain_IsRefused(string what)
    {
        string text = what switch
        {
            "blank" => " ",
            "long" => new string('x', 256),
            "line break" => "a\nb",
            _ => "a\ud800",
        };
        ApiTokenException error = await Sandbox.RefusedUnsentAsync(() => Tokens.CreateAsync(Recipe.New(text), default));
        Assert.Equal((ErrorKind.InvalidArgument, "InvalidName"), (error.Kind, error.ErrorId));
    }

    // Where a create goes, and what it holds.
    private static async Task<string> SentAsync(NewTokenRequest request)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        TokenConnection connection = await Connecting.ToAsync(server, Recipe.Service);

        // The server answers nothing that is a token.
        await Assert.ThrowsAnyAsync<ApiTokenException>(() => connection.Tokens.CreateAsync(request, default));

        ReceivedRequest sent = Assert.Single(server.Requests, each => each.Method == "POST");
        return $"{sent.Target} {sent.Body}";
    }
}

/// <summary>Theory data: each field of a request for a new token.</summary>
public sealed class FieldCases : TheoryData<NewTokenFields>
{
    public FieldCases()
    {
        AddRange([.. Enum.GetValues<NewTokenFields>().Where(field => field != NewTokenFields.None)]);
    }
}
