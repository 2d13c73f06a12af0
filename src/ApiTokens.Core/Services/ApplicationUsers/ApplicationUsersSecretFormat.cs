namespace ApiTokens.Services.ApplicationUsers;

/// <summary>
/// The contract asks for 32 characters at least; the reference implementation issues 40 lower-case letters and digits. What is
/// only hexadecimal is a hash or another service's, and nobody else's secret is to be sent here.
/// </summary>
internal sealed class ApplicationUsersSecretFormat() : SecretFormat(
    @"(?![0-9a-f]+\z)(?=.*[0-9])(?=.*[a-z])[0-9a-z]{32,128}",
    inText: @"(?![0-9a-f]{40}(?!\w))(?=[a-z]*[0-9])(?=[0-9]*[a-z])[0-9a-z]{40}(?!-)");
