/** A conversation of one message. */
export const ask = (content = 'In the weather of place 3 there is fog.') => [{ role: 'user', content }];
